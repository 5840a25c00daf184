-- Records the outcomes of members' turns, if the lease is still ours and each member is still in this lane. A newer desired state keeps its
-- work and its status. What fails for one member is told, and the others are recorded all the same.
-- KEYS[1] lease  [2] work  [3] facts  [4] rosters of the lane  [5] when they were made  [6..8] outboxes
--     then for each outcome: desired, observed, status, timeline, testers of the app as 0.1.0 keeps them, parked, parked bulk, activity of the
--     roster, and for each tester id where it is kept (testers.ts)
-- ARGV[1] token  [2] timeline entries kept  [3] lines of activity that are kept  [4] how long (ms)
--     then for each outcome:
--     +0 roster id  +1 when the roster was made (ms)  +2 member id  +3 ref  +4 desired version this is about  +5 observed (observed.ts)
--     +6 status index  +7 timeline entry, or empty  +8 done|later|failed|parked|parked-bulk  +9 fact that upstream is told (JSON), or empty
--     +10 how many requests to read first were met  +11 how many to invite  +12 line of activity where there is a timeline entry
--     +13 how many tester ids, and for each its address, its field, and itself, or empty when Apple no longer has one
-- Returns for each { recorded|newer|gone|lost|failed, id of the line of activity where one was written, or why it failed }
local FIRST_OUTBOX, FIRST_KEY, KEYS_OF_ONE, FIRST_WORD, WORDS_OF_ONE = 6, 9, 8, 5, 14

local function record(key, word, testers)
  local function arg(offset) return ARGV[word + offset] end
  local roster, member, ref, ending = arg(0), arg(2), arg(3), arg(8)
  local text = redis.call('HGET', KEYS[key], member)
  if not text or not isHere(KEYS[4], KEYS[5], roster, arg(1)) then return { 'gone' } end
  redis.call('HSET', KEYS[key + 1], member, arg(5))
  local line
  if arg(7) ~= '' then
    line = addLines(KEYS[key + 7], { arg(12) }, ARGV[3], ARGV[4])
    redis.call('HSET', KEYS[key + 3], member, prependLine(redis.call('HGET', KEYS[key + 3], member), arg(7), tonumber(ARGV[2])))
  end
  if arg(9) ~= '' then redis.call('RPUSH', KEYS[3], arg(9)) end
  for at = 0, testers - 1 do
    local place, offset = KEYS[key + KEYS_OF_ONE + at], WORDS_OF_ONE + 3 * at
    if arg(offset + 2) == '' then redis.call('HDEL', place, arg(offset + 1)) else redis.call('HSET', place, arg(offset + 1), arg(offset + 2)) end
    redis.call('HDEL', KEYS[key + 4], arg(offset))
  end

  -- Requests by hand that are not carried out yet.
  local work = redis.call('HGET', KEYS[2], ref)
  local entry = work and cjson.decode(work)
  local isAsked = false
  if entry then
    for at, mark in ipairs({ 'fresh', 'invite' }) do
      local left = (entry[mark] or 0) - tonumber(arg(9 + at))
      entry[mark] = left > 0 and left or nil
      isAsked = isAsked or left > 0
    end
    local now = cjson.encode(entry)
    if now ~= work then redis.call('HSET', KEYS[2], ref, now) end
  end

  if readDesired(text).version ~= tonumber(arg(4)) then return { 'newer', line } end
  redis.call('ZADD', KEYS[key + 2], arg(6), member)
  local isParked = ending == 'parked' or ending == 'parked-bulk'
  if isParked then redis.call('SADD', KEYS[key + (ending == 'parked' and 5 or 6)], member) end
  if (ending == 'done' or isParked) and entry and not isAsked then
    -- Recorded again: the process that makes its job relies on the entry.
    if not isRecorded(FIRST_OUTBOX, roster .. '\0' .. member) then redis.call('HDEL', KEYS[2], ref) end
  end
  return { 'recorded', line }
end

local isOurs = redis.call('GET', KEYS[1]) == ARGV[1]
local answers, key, word = {}, FIRST_KEY, FIRST_WORD
while word <= #ARGV do
  local testers = tonumber(ARGV[word + WORDS_OF_ONE - 1])
  if isOurs then
    local ok, answer = pcall(record, key, word, testers)
    answers[#answers + 1] = ok and answer or { 'failed', type(answer) == 'table' and answer.err or tostring(answer) }
  else
    answers[#answers + 1] = { 'lost' }
  end
  key, word = key + KEYS_OF_ONE + testers, word + WORDS_OF_ONE + 3 * testers
end
return answers
