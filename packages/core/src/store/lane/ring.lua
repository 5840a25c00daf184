-- For scripts that make a lane due, in `inMs` at the latest, and tell the workers, unless it is due by then already. A lane
-- that is held is due once it is no longer held. Returns 1 if it is due sooner than before.
local function ring(ready, heldLanes, lane, now, inMs, doorbell)
  local at = math.max(now + inMs, tonumber(redis.call('HGET', heldLanes, lane) or 0))
  local sooner = redis.call('ZADD', ready, 'LT', 'CH', string.format('%.0f', at), lane)
  if sooner == 1 and at <= now then redis.call('PUBLISH', doorbell, lane) end
  return sooner
end
