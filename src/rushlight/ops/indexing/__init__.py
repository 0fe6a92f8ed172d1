"""Elements chosen by place, by mask or by order: read and written."""
