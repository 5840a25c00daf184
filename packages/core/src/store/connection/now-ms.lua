-- For scripts to which a test may pass a time: that one (ms), or Redis's own where it is empty.
local function nowMs(given)
  local now = tonumber(given)
  if now then return now end
  local t = redis.call('TIME')
  return t[1] * 1000 + math.floor(t[2] / 1000)
end
