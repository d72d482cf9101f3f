"""Where a terminal lives: the kernel that drives its coroutine, the live world and the virtual."""
