"""Operations that bring dimensions down to one element, or run along them."""
