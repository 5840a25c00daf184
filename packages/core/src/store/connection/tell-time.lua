-- KEYS[1] a key of the server that is asked
-- Returns its clock (ms).
local t = redis.call('TIME')
return t[1] .. string.format('%03d', math.floor(tonumber(t[2]) / 1000))
