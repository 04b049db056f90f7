"""场地: rooms, teaching points (现场教学点), plaques, opening hours, closures."""
