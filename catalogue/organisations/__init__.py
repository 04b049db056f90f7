"""组织: the tree 区 → 街镇 → 居村 with its history, groupings and dated settings."""
