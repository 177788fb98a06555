"""What the numbers of a picture mean: the words of each format, made into roads to linear light."""
