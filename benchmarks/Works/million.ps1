# 1,000,000 items down the pipeline, the title of each read, beside 10,000: the peak of the process's memory, each in a
# process of its own.
param([int] $Runs)

$notion = Start-Notion
$peaks = [ordered]@{
    '10000' = [Collections.Generic.List[double]]::new(); '1000000' = [Collections.Generic.List[double]]::new()
}
$seconds = [Collections.Generic.List[double]]::new()
foreach ($run in 1..$Runs) {
    foreach ($items in 10000, 1000000) {
        $null = Invoke-FakeNotionControl 'bulk' -Body @{ items = $items }
        $child = Invoke-Child 'Stream.ps1' @{
            BaseUri = $notion.BaseUri; Token = $notion.Token; SourceId = $notion.SourceId
        }
        # The 10,001st title is the first again.
        $letters = [long](($items / 10000) * (1..10000 | ForEach-Object { "Task $_".Length } | Measure-Object -Sum).Sum)
        if ($child.Count -ne $items -or $child.Letters -ne $letters) {
            throw "$($child.Count) items with $($child.Letters) letters came in place of $items with $letters."
        }
        $peaks["$items"].Add($child.PeakMB)
        if ($items -eq 1000000) { $seconds.Add($child.Ms) }
    }
}
$more = Get-Median @(for ($i = 0; $i -lt $Runs; $i++) { $peaks['1000000'][$i] - $peaks['10000'][$i] })
@{
    Times   = [ordered]@{ '1,000,000 items, the title of each read' = $seconds }
    Targets = @(New-Target -Text 'peak memory within 50 MB of 10,000 items''' -Figure $more -Limit 50 -Unit ' MB more')
    Facts   = @('Peak of the working set: {0:0} MB with 10,000 items, {1:0} MB with 1,000,000 (medians).' -f
        (Get-Median $peaks['10000']),
        (Get-Median $peaks['1000000']))
}
