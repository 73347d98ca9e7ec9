-- Which of these Pins belong to a job, and to which. Reads only.
--
-- KEYS[1] meta
-- ARGV[1] now, epoch ms
-- ARGV[2..] Pins
--
-- Returns [id of the job, 'buried' when it is past its keeping, or '' …].
-- @include keys
local now = tonumber(ARGV[1])
-- @include pins
local owners = {}
for i = 2, #ARGV do owners[#owners + 1] = ownerOf(ARGV[i]) or '' end
return owners
