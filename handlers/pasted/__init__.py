"""One message that says much becomes a filled draft, shown as understood; nothing is filed before 提交."""
