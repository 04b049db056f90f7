"""课程: courses, versions, categories, series, editions (每季菜单)."""
