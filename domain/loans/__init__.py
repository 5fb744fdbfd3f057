"""Lending personnel files 人事档案借阅: from the request to the file back on its shelf."""
