# 1,000 GETs of different pages, each answered after 100 ms, 16 at once; the results must come in the order of the
# input.
param([int] $Runs)

$notion = Start-Notion -LatencyMs 100
Connect-Notion
$throttle = 16
$ids = @(Get-SeededId 1000)
$token = $notion.Token
$base = $notion.BaseUri
$times = Measure-Peer -Runs $Runs -WarmUp 0 -Peers ([ordered]@{
        'NotionAuth' = {
            param($r)
            $r.Ids = @($ids | ForEach-Object { "pages/$_" } | Invoke-NotionRequest -ThrottleLimit $throttle |
                ForEach-Object id)
        }
        'ForEach-Object -Parallel with Invoke-RestMethod' = {
            param($r)
            $r.Ids = @($ids | ForEach-Object -Parallel {
                    (
                        Invoke-RestMethod "$($using:base)v1/pages/$_" -Headers @{
                            Authorization = "Bearer $using:token"; 'Notion-Version' = '2026-03-11'
                        }
                    ).id
                } -ThrottleLimit $throttle)
        }
    }) -Check {
    param($name, $r)
    $got = if ($name -eq 'NotionAuth') { $r.Ids } else { $r.Ids | Sort-Object }
    $wanted = if ($name -eq 'NotionAuth') { $ids } else { $ids | Sort-Object }
    if (($got -join ' ') -cne ($wanted -join ' ')) {
        throw "$name gave $($r.Ids.Count) results, or not those that were asked for in their order."
    }
}
$ideal = $ids.Count * 100 / $throttle
$times['ideal: 1,000 × 100 ms / 16'] = @($times['NotionAuth'] | ForEach-Object { $ideal })
@{
    Times   = $times
    Targets = @(
        New-RatioTarget $times -By 'ideal: 1,000 × 100 ms / 16' -Limit 1.1 -Text '1.1 × ideal (1,000 × 100 ms / 16)'
    )
}
