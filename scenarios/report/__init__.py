"""Reports: the page, the workbook, files for GIS, and the door where rooms add sections."""
