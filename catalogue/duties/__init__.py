"""待办: who must do what until when. One row per duty, kept true by what happens to the things it is about."""
