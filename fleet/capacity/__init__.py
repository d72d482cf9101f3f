"""How much: objectives judged, the generator's health, the verdict, the search for the limit."""
