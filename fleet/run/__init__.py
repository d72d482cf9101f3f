"""Who runs it: the supervisor, its child processes, the embedded broker and the shards."""
