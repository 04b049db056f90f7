"""需求: gaps between what committees ask for and what the menu can give."""
