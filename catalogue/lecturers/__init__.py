"""讲师: lecturers, appointments (聘书), qualifications, weekly hours, lecture corps (宣讲团)."""
