# 540 GETs, 16 at once, under a limit of 180 in each 60 s: three windows, so 120 s at least.
param([int] $Runs)

$notion = Start-Notion -RateLimit
Connect-Notion
$throttle = 16
$requests = 540
$most = 0
$times = Measure-Peer -Runs $Runs -WarmUp 0 -Peers ([ordered]@{
        'NotionAuth' = {
            param($r)
            $null = Invoke-FakeNotionControl 'ratelimit' -Body @{ enabled = $true; limit = 180; windowSeconds = 60 }
            $r.Before = @((Invoke-FakeNotionControl 'requests?path=/v1/users/me').requests).Count
            $r.Ids = @(1..$requests | ForEach-Object { 'users/me' } | Invoke-NotionRequest -ThrottleLimit $throttle |
                ForEach-Object id)
        }
    }) -Check {
    param($name, $r)
    if ($r.Ids.Count -ne $requests) { throw "$name gave $($r.Ids.Count) results and not $requests." }
    $statuses = @((Invoke-FakeNotionControl 'requests?path=/v1/users/me').requests | Select-Object -Skip $r.Before |
        ForEach-Object status)
    $script:most = [math]::Max($script:most, @($statuses -eq 429).Count)
    if (@($statuses -eq 200).Count -ne $requests) { throw "$name sent a request twice." }
}
$minimum = ([math]::Ceiling($requests / 180) - 1) * 60000
$times['the limit''s own minimum: 2 × 60 s'] = @($times['NotionAuth'] | ForEach-Object { $minimum })
@{
    Times   = $times
    Targets = @(
        $text = '1.05 × the limit''s own minimum (120 s)'
        New-RatioTarget $times -By 'the limit''s own minimum: 2 × 60 s' -Limit 1.05 -Text $text
        $text = 'one 429 for each request in flight and window (16 × 2 windows that fill up)'
        New-Target -Text $text -Figure $most -Limit ($throttle * 2) -Unit ' replies 429'
    )
}
