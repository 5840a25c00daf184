-- KEYS[1] whose server is asked
-- Returns its clock (ms).
local t = redis.call('TIME')
return t[1] .. string.format('%03d', math.floor(tonumber(t[2]) / 1000))
