"""课程菜单: the public menu, search, the course page, availability."""
