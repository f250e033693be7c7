sed -i "s/a: .*/a: \"edited\"/" "$1"
