-- For scripts that write about a roster: whether it is in this lane, and is the one that was made then (ms; empty: whichever). One that
-- was deleted and made again under its id is another. `born`: when the lane's rosters were made; of some that is not known.
local function isHere(rosters, born, roster, madeAt)
  if redis.call('SISMEMBER', rosters, roster) == 0 then return false end
  local known = redis.call('HGET', born, roster)
  return not known or madeAt == '' or known == madeAt
end
