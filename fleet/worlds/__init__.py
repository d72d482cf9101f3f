"""Where a terminal lives: the kernel that drives its coroutine, and the live world."""
