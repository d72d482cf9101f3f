"""Why a dataset could not be made, as one message for the user."""


class DatasetError(Exception):
    """It cannot be made here and now; the text says what is wrong and what would be right."""
