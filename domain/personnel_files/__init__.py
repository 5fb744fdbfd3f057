"""Personnel files 人事档案: the register, their materials, and who may look into them."""
