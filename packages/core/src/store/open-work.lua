-- Notes whose job a ref is, before the job is made; marks of requests stay.
-- KEYS[1] work   ARGV[1] ref, [2] work of a member without marks (JSON), and so on in pairs
-- Returns the ids of the failed jobs that are taken the place of.
local failed, fields = {}, {}
for i = 1, #ARGV, 2 do
  local json = redis.call('HGET', KEYS[1], ARGV[i])
  if not json then
    fields[#fields + 1] = ARGV[i]
    fields[#fields + 1] = ARGV[i + 1]
  elseif string.find(json, '"failed"', 1, true) then
    local work = cjson.decode(json)
    if work.failed then
      failed[#failed + 1] = work.failed
      work.failed = nil
      fields[#fields + 1] = ARGV[i]
      fields[#fields + 1] = cjson.encode(work)
    end
  end
end
if #fields > 0 then redis.call('HSET', KEYS[1], unpack(fields)) end
return failed
