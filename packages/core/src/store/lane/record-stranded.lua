-- The law of a lane: a member whose desired version is not converged is in an outbox, in one job, in the line for a seat, or parked in
-- a roster that is paused or blocked; or it has failed, and waits for a person. Members of one roster who are in none of these are recorded again.
-- KEYS[1] desired  [2] observed  [3] status  [4] parked  [5] parked, bulk  [6..8] outboxes  [9] line for seats
--     [10] active  [11] waiting  [12] prioritized  [13] delayed  [14] completed  [15] failed
--     [16] lease  [17] rosters of the lane  [18] when they were made
-- ARGV[1] roster id  [2] 1 where the roster is paused or blocked  [3] index of the status failed
--     [4] what stands before a job's id in its key  [5] token  [6] when the roster was made (ms)  then member id, ref for each
-- Returns how many were in none; nobody is stranded in a roster that is leaving the lane, nor found by whose lease is lost
local roster, jobs = ARGV[1], ARGV[4]
if redis.call('GET', KEYS[16]) ~= ARGV[5] or not isHere(KEYS[17], KEYS[18], roster, ARGV[6]) then return 0 end

local function isOpen(member)
  local text = redis.call('HGET', KEYS[1], member)
  if not text then return nil end
  if redis.call('ZSCORE', KEYS[3], member) == ARGV[3] then return nil end
  local desired = readDesired(text)
  local seen = redis.call('HGET', KEYS[2], member)
  return desired.version ~= (seen and convergedOf(seen) or 0) and desired
end

local function isParked(member)
  for i = 4, 5 do
    if redis.call('SISMEMBER', KEYS[i], member) == 1 then
      if ARGV[2] == '1' then return true end
      redis.call('SREM', KEYS[i], member)
    end
  end
end

local function hasJob(id)
  if not id or redis.call('EXISTS', jobs .. id) == 0 then return false end
  for i = 12, 13 do
    if redis.call('ZSCORE', KEYS[i], id) then return true end
  end
  if redis.call('LPOS', KEYS[10], id) or redis.call('LPOS', KEYS[11], id) then return true end
  -- A job that is finished, or in no list at all, would keep a new one from being made.
  redis.call('ZREM', KEYS[14], id)
  redis.call('ZREM', KEYS[15], id)
  redis.call('DEL', jobs .. id)
  return false
end

local count = 0
for i = 7, #ARGV, 2 do
  local member, ref = ARGV[i], ARGV[i + 1]
  local word = roster .. '\0' .. member
  local desired = isOpen(member)
  local isSeeker = desired and desired.present and redis.call('ZSCORE', KEYS[9], member)
  if desired and not isRecorded(6, word) and not isSeeker and not isParked(member) then
    -- 0.1.0 gave jobs numbers.
    if not hasJob(ref) and not hasJob(redis.call('GET', jobs .. 'de:' .. ref)) then
      redis.call('ZADD', KEYS[7], arrival(), word)
      count = count + 1
    end
  end
end
return count
