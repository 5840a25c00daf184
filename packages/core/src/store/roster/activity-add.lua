-- Adds lines to a roster's activity (activity-lines.lua).
-- KEYS[1] the stream
-- ARGV[1] lines that are kept  [2] how long the whole is kept after the last one (ms)  then the lines
-- Returns the ids of the first and the last one.
local lines = {}
for at = 3, #ARGV do lines[at - 2] = ARGV[at] end
return { addLines(KEYS[1], lines, ARGV[1], ARGV[2]) }
