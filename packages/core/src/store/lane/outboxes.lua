-- For scripts that are given the three outboxes of a lane, the first of them at KEYS[at].
local function countRecorded(at)
  return redis.call('ZCARD', KEYS[at]) + redis.call('ZCARD', KEYS[at + 1]) + redis.call('ZCARD', KEYS[at + 2])
end

local function isRecorded(at, word)
  for i = at, at + 2 do
    if redis.call('ZSCORE', KEYS[i], word) then return true end
  end
end
