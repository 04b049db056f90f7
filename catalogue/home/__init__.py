"""首页: the first page of each role, tasks, audit page, health."""
