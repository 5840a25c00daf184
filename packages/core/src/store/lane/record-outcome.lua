-- Records the outcome of one member's turn, if the lease is still ours and the member is still in this lane. A newer desired state keeps its
-- work and its status.
-- KEYS[1] lease  [2] work  [3] desired  [4] observed  [5] status  [6] timeline  [7] testers of the app, as 0.1.0 keeps them  [8] parked  [9] parked, bulk
--     [10] facts  [11] rosters of the lane  [12] when they were made  [13..15] outboxes  [16] activity of the roster
--     then for each tester id where it is kept (testers.ts)
-- ARGV[1] token  [2] roster id  [3] when the roster was made (ms)  [4] member id  [5] ref  [6] desired version this is about
--     [7] observed (observed.ts)  [8] status index  [9] timeline entry, or empty  [10] timeline entries kept
--     [11] done|later|failed|parked|parked-bulk  [12] fact that upstream is told (JSON), or empty
--     [13] how many requests to read first were met  [14] how many to invite
--     [15] line of activity where there is a timeline entry  [16] lines of activity that are kept  [17] how long (ms)
--     then for each tester id its address, its field, and itself, or empty when Apple no longer has one
-- Returns { recorded|newer|gone|lost, id of the line of activity where one was written }
local member, ref, ending = ARGV[4], ARGV[5], ARGV[11]
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return { 'lost' } end
local text = redis.call('HGET', KEYS[3], member)
if not text or not isHere(KEYS[11], KEYS[12], ARGV[2], ARGV[3]) then return { 'gone' } end
redis.call('HSET', KEYS[4], member, ARGV[7])
local line
if ARGV[9] ~= '' then
  line = addLines(KEYS[16], { ARGV[15] }, ARGV[16], ARGV[17])
  redis.call('HSET', KEYS[6], member, prependLine(redis.call('HGET', KEYS[6], member), ARGV[9], tonumber(ARGV[10])))
end
if ARGV[12] ~= '' then redis.call('RPUSH', KEYS[10], ARGV[12]) end
for i = 18, #ARGV, 3 do
  local place = KEYS[17 + (i - 18) / 3]
  if ARGV[i + 2] == '' then redis.call('HDEL', place, ARGV[i + 1]) else redis.call('HSET', place, ARGV[i + 1], ARGV[i + 2]) end
  redis.call('HDEL', KEYS[7], ARGV[i])
end

-- Requests by hand that are not carried out yet.
local work = redis.call('HGET', KEYS[2], ref)
local entry = work and cjson.decode(work)
local isAsked = false
if entry then
  for at, mark in ipairs({ 'fresh', 'invite' }) do
    local left = (entry[mark] or 0) - tonumber(ARGV[12 + at])
    entry[mark] = left > 0 and left or nil
    isAsked = isAsked or left > 0
  end
  local now = cjson.encode(entry)
  if now ~= work then redis.call('HSET', KEYS[2], ref, now) end
end

if readDesired(text).version ~= tonumber(ARGV[6]) then return { 'newer', line } end
redis.call('ZADD', KEYS[5], ARGV[8], member)
local isParked = ending == 'parked' or ending == 'parked-bulk'
if isParked then redis.call('SADD', ending == 'parked' and KEYS[8] or KEYS[9], member) end
if (ending == 'done' or isParked) and entry and not isAsked then
  -- Recorded again: the process that makes its job relies on the entry.
  if not isRecorded(13, ARGV[2] .. '\0' .. member) then redis.call('HDEL', KEYS[2], ref) end
end
return { 'recorded', line }
