# A server in Notion's place that lies, and paths and headers that try to leave the API, through the real cmdlet: a
# clear error each, bounded memory, and the token arrives at no other host. A round is each of them once.
param([int] $Rounds, [int] $Seed)

Add-Type -Path (Join-Path $PSScriptRoot '../Attackers/HostileServer.cs')
$token = New-SecretText ntn_
$server = [NotionAuth.Reliability.HostileServer]::new($token)
$base = "http://127.0.0.1:$($server.Port)"
$elsewhere = "127.0.0.1:$($server.PortElsewhere)"

# Replies that are odd and no lie come back as they were sent; the others must be errors, the named one where it matters
# which.
$asSent = 'pages-endless', 'pages-is-an-array', 'json-lone-surrogate', 'json-number-without-end',
    'error-of-oauth-in-a-200', 'link-and-refresh-headers'
$named = @{
    'pages-one-cursor-for-ever' = 'RepeatedCursor'
    'pages-two-cursors-in-turn' = 'RepeatedCursor'
    'error-in-a-200' = 'ObjectNotFound'
    'body-of-a-gigabyte' = 'ReplyTooLarge'
    'body-declares-a-gigabyte' = 'ReplyTooLarge'
    'gzip-bomb' = 'ReplyTooLarge'
    'brotli-bomb' = 'ReplyTooLarge'
    'no-answer' = 'RequestTimeout'
    'body-a-byte-a-second' = 'RequestTimeout'
}
$questions = foreach ($lie in $server.Lies) {
    $expected = if ($lie -in $asSent) { 'as sent' }
    elseif ($named.ContainsKey($lie)) { $named[$lie] }
    elseif ($lie -like 'redirect*') { 'UnexpectedRedirect' }
    else { 'error' }
    $arguments = @{ Path = "lie/$lie" }
    if ($lie -like 'pages*') { $arguments.All = $true }
    if ($expected -eq 'RequestTimeout') { $arguments.TimeoutSec = 2 }
    @{ Name = $lie; Expected = $expected; Arguments = $arguments }
}
$paths = @(
    "http://$elsewhere/v1/users/me", "https://$elsewhere/v1/users/me", "//$elsewhere/v1/users/me", "///$elsewhere/",
    "\\$elsewhere\v1", "/\$elsewhere/", "ftp://$elsewhere/", "file:///etc/passwd"
    "@$elsewhere/", "users/me@$elsewhere", "http://127.0.0.1:$($server.Port)@$elsewhere/v1/users/me",
        "http://user:pass@127.0.0.1:$($server.Port)/v1/users/me", "${base}.$elsewhere/v1/users/me",
        "http://127.0.0.1:$($server.Port)0/v1/users/me"
    '../users/me', 'users/../../users/me', './users/me', 'users/..', '%2e%2e/users/me', 'users/%2e%2e/%2E%2E/x',
        '%252e%252e/x', '%25252e%25252e/x', 'users/.%2e/x', 'users/%2e./x', "users$([char]0xff0f)..$([char]0xff0f)me"
    "$([char]0x2024)$([char]0x2024)/users", "users/$([uri]::EscapeDataString([string][char]0xff0e * 2))/x", 'users\me',
        'users%5c..%5cme', 'users/%5c%2e%2e', "users/me`r`nX-Evil: 1", "users/me`r`n`r`nGET / HTTP/1.1", "users/me`0",
        'users/me%00', 'users/me%0d%0aX: y'
    'users/me#x', '#', ' ', '/', '//', 'v1/', 'users//me', "users/me?x=`ny", "users/m$([char]0xe9)",
        "users/$([char]0x202e)me", "users/$([char]0xd800)", 'users/me x'
)
$questions += foreach ($path in $paths) {
    @{ Name = "path '$($path -replace '[^ -~]', '?')'"; Expected = 'InvalidPath'; Arguments = @{ Path = $path } }
}
$names = 'Authorization', 'authorization', ' Authorization ', 'AUTHORIZATION', 'Proxy-Authorization', 'Host', 'Cookie',
    'Connection', 'Transfer-Encoding', 'Content-Length', 'Notion-Version', 'Expect', "X`r`nAuthorization", 'X Y', '',
    "Authorization`t", 'Authorization:'
$questions += foreach ($name in $names) {
    @{
        Name = "header '$($name -replace '[^ -~]', '?')'"; Expected = 'InvalidHeader'
        Arguments = @{ Path = 'users/me'; Headers = @{ $name = 'evil' } }
    }
}
$questions += foreach ($value in "a`r`nAuthorization: Bearer x", "a`nX: y", "a`0b", "a$([char]0x10d)b", "a`u{2028}b") {
    @{
        Name = "header value '$($value -replace '[^ -~]', '?')'"; Expected = 'InvalidHeader'
        Arguments = @{ Path = 'users/me'; Headers = @{ 'X-Test' = $value } }
    }
}

$problems = [Collections.Generic.List[string]]::new()
$answers = @(foreach ($round in 1..$Rounds) {
        if ($round -gt 1 -and (Test-TimeIsUp)) { break }
        $worker = Start-Worker -Script Requester -Id "r$round" -Plan @{
            BaseUri = $base; Questions = @($questions)
        } -Environment @{ LIE_TOKEN = $token }
        Wait-Signal "answers-r$round" -Process $worker
        [IO.File]::ReadAllText((Join-Path (Get-RunFolder) "answers-r$round")) | ConvertFrom-Json
    })
foreach ($answer in $answers) {
    if ($answer.ErrorId -and -not $answer.IsOurs) {
        $problems.Add(
            "$($answer.Name): not an error of ours, or without what to do: $($answer.ErrorId): $($answer.Message)"
        )
    }
    elseif ($answer.Expected -eq 'as sent') {
        if ($answer.ErrorId) { $problems.Add("$($answer.Name): $($answer.ErrorId): $($answer.Message)") }
    }
    elseif (-not $answer.ErrorId) { $problems.Add("$($answer.Name): no error, and $($answer.Items) objects") }
    elseif ($answer.Expected -ne 'error' -and $answer.ErrorId -ne $answer.Expected) {
        $problems.Add("$($answer.Name): $($answer.ErrorId) in place of $($answer.Expected): $($answer.Message)")
    }
    if ($answer.Message -match '[\x00-\x08\x0b-\x1f\x7f\x9b]') {
        $problems.Add("$($answer.Name): control characters in the message.")
    }
    if ($answer.Message.Length -gt 5000) {
        $problems.Add("$($answer.Name): a message of $($answer.Message.Length) characters.")
    }
    if ($answer.Seconds -gt 60) { $problems.Add("$($answer.Name): took $([int]$answer.Seconds) s.") }
}
$largest = $answers | Sort-Object Grown | Select-Object -Last 1
# The module takes replies of 64 MiB, which are buffered, decompressed and parsed.
if ($largest.Grown -gt 512) { $problems.Add("$($largest.Name): the process grew by $($largest.Grown) MB.") }
$foreign = @($server.Elsewhere)
foreach ($one in $foreign | Group-Object) { $problems.Add("$($one.Count) × at another host, $($one.Name)") }
foreach ($one in @($server.Wrong) | Group-Object) {
    $problems.Add("$($one.Count) × sent although it should not be: $($one.Name)")
}
$server.Dispose()
function Get-Growth([string] $Name) {
    ($answers | Where-Object Name -EQ $Name | Measure-Object Grown -Maximum).Maximum
}

@{
    Tried    = "$($answers.Count) questions ($(@($server.Lies).Count) kinds of lies, $($paths.Count) " +
        "paths, $($names.Count + 5) headers, $($answers.Count / $questions.Count) × each); " +
        "$($server.Requests) requests"
    Lost     = $problems.Count
    Facts    = @(
        "$(@($answers | Where-Object { $_.ErrorId -and $_.IsOurs }).Count) ended in an error of ours that " +
            "says what to do; $(@($answers | Where-Object { -not $_.ErrorId }).Count) came back as they were " +
            "sent; anything else: $(@($answers | Where-Object { $_.ErrorId -and -not $_.IsOurs }).Count). " +
            "Requests at another host: $($foreign.Count), with the token: " +
            "$(@($foreign | Where-Object { $_ -like 'with the token*' }).Count)."
        "The process grew by $($largest.Grown) MB at most, with $($largest.Name)" +
            "$(if (-not $IsLinux) { ' (not measured here)' }); a reply of a gigabyte, by " +
            "$(Get-Growth 'body-of-a-gigabyte') MB; a gzip bomb of a gigabyte, by $(Get-Growth 'gzip-bomb') MB."
    )
    Problems = $problems
    Rounds   = [int]($answers.Count / $questions.Count)
}
