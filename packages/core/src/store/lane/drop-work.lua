-- Forgets work whose member or roster is gone, unless it was recorded again.
-- KEYS[1] work  [2..4] outboxes   ARGV refs
-- Returns how many were forgotten
local dropped = 0
for _, ref in ipairs(ARGV) do
  local json = redis.call('HGET', KEYS[1], ref)
  if json then
    local entry = cjson.decode(json)
    if not isRecorded(2, entry.r .. '\0' .. entry.m) then dropped = dropped + redis.call('HDEL', KEYS[1], ref) end
  end
end
return dropped
