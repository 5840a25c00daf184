-- For scripts that write timelines: puts an entry before the lines of a timeline, newest first; at most `keep` lines stay.
local function prependLine(lines, entry, keep)
  if not lines or lines == '' then return entry end
  local kept = 1
  local cut = string.find(lines, '\n', 1, true)
  while cut and kept + 1 < keep do
    kept = kept + 1
    cut = string.find(lines, '\n', cut + 1, true)
  end
  if cut then lines = string.sub(lines, 1, cut - 1) end
  return entry .. '\n' .. lines
end
