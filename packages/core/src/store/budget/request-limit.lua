-- Counts a request against rolling windows (count-windows.lua), all of them or none.
-- KEYS for each window: sorted set of what was counted
-- ARGV[1] now (ms), or empty for Redis's own clock  [2] a unique word for the request  [3] how many it counts for
--     then per window: length (ms), limit
-- Returns ms to wait, 0 where the request was counted
local windows = {}
for i = 4, #ARGV do windows[i - 3] = ARGV[i] end
return countWindows(KEYS, windows, ARGV[2], tonumber(ARGV[3]), nowMs(ARGV[1]))
