"""导入: a district's own organisations, people, lecturers, venues and courses from a table, through the operations of the pages."""
