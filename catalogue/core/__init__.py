"""What every feature stands on, and nothing of the business."""
