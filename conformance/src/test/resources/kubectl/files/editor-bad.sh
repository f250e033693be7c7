sed -i "s/^data:/dat:/" "$1"
