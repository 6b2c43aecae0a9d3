#!/usr/bin/env python3
"""Draws icon.png: a bell that answers for the lines behind it. Run it in this folder after a change; it needs nothing but Python."""
import struct
import zlib

SIZE, GRID = 128, 4  # pixels, and samples in each of them along an axis
BACK, FRONT = (22, 60, 92), (255, 255, 255)


def is_bell(x, y):
    """A call bell, in coordinates from -1 to 1 with y downwards."""
    dome = x * x + (y - 0.25) ** 2 <= 0.30 and y <= 0.20
    button = x * x + (y + 0.37) ** 2 <= 0.0081
    stem = abs(x) <= 0.035 and -0.37 <= y <= -0.25
    plate = abs(x) <= 0.66 and 0.27 <= y <= 0.38
    return dome or button or stem or plate


def is_line(x, y):
    """Three lines below it, of which each ends in a dot."""
    return any(abs(x - at) <= 0.035 and 0.38 <= y <= 0.62 or (x - at) ** 2 + (y - 0.68) ** 2 <= 0.0081 for at in (-0.4, 0.0, 0.4))


def is_inside(x, y):
    """The rounded square."""
    dx, dy = max(abs(x) - 0.72, 0), max(abs(y) - 0.72, 0)
    return dx * dx + dy * dy <= 0.0784


def pixel(column, row):
    front = inside = 0
    for i in range(GRID * GRID):
        x = (column + (i % GRID + 0.5) / GRID) / SIZE * 2 - 1
        y = (row + (i // GRID + 0.5) / GRID) / SIZE * 2 - 1
        if is_inside(x, y):
            inside += 1
            front += is_bell(x, y) or is_line(x, y)
    share = front / inside if inside else 0
    return bytes([round(b + (f - b) * share) for b, f in zip(BACK, FRONT)] + [round(255 * inside / GRID / GRID)])


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


rows = b"".join(b"\0" + b"".join(pixel(column, row) for column in range(SIZE)) for row in range(SIZE))
with open("icon.png", "wb") as file:
    file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", SIZE, SIZE, 8, 6, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b""))
