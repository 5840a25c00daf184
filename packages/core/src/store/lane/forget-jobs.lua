-- Forgets finished jobs. A job that is not finished, or that a new job of the same member has replaced, is left alone.
-- KEYS[1] completed  [2] failed
-- ARGV[1] what stands before a job's id in its key  then ids
-- Returns how many were forgotten
local forgotten = 0
for i = 2, #ARGV do
  if forgetFinished(KEYS[1], KEYS[2], ARGV[1], ARGV[i]) then forgotten = forgotten + 1 end
end
return forgotten
