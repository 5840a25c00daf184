-- Adds lines to a roster's activity (activity-lines.lua), unless the roster has left the lane.
-- KEYS[1] the stream  [2] rosters of the lane
-- ARGV[1] lines that are kept  [2] how long the stream is kept after the last line (ms)  [3] roster id  then the lines
-- Returns the ids of the first and the last one, or none.
if redis.call('SISMEMBER', KEYS[2], ARGV[3]) == 0 then return {} end
local lines = {}
for at = 4, #ARGV do lines[at - 3] = ARGV[at] end
return { addLines(KEYS[1], lines, ARGV[1], ARGV[2]) }
