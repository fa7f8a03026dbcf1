# The same list, and all of it touched: ConvertTo-Json -Depth 100 of every object.
param([int] $Runs)

$notion = Start-Notion
Connect-Notion
$headers = Get-RestHeader
$path = "data_sources/$($notion.SourceId)/query"
$uri = "$($notion.BaseUri)v1/$path"

$times = Measure-Peer -Runs $Runs -WarmUp 0 -Peers ([ordered]@{
        'NotionAuth'        = {
            param($r)
            $items = @(Invoke-NotionRequest $path -Method POST -All)
            $watch = [Diagnostics.Stopwatch]::StartNew()
            $r.Text = ConvertTo-Json -InputObject $items -Depth 100
            $r.Also = @{ 'NotionAuth, ConvertTo-Json alone' = $watch.Elapsed.TotalMilliseconds }
        }
        'Invoke-RestMethod' = {
            param($r)
            $items = @(Get-RestList $uri $headers)
            $watch = [Diagnostics.Stopwatch]::StartNew()
            $r.Text = ConvertTo-Json -InputObject $items -Depth 100
            $r.Also = @{ 'Invoke-RestMethod, ConvertTo-Json alone' = $watch.Elapsed.TotalMilliseconds }
        }
    }) -Check {
    param($name, $r)
    # Each title stands in its object twice, and no two objects have the same.
    $titles = [regex]::Matches($r.Text, '"plain_text": *"(Task \d+)"').ForEach({ $_.Groups[1].Value })
    Assert-Title $name $titles.Count (Get-TitleSum $titles)
}
$alone = @{ Of = 'NotionAuth, ConvertTo-Json alone'; By = 'Invoke-RestMethod, ConvertTo-Json alone'; Limit = 1 }
@{
    Times   = $times
    Targets = @(New-RatioTarget $times -By 'Invoke-RestMethod' -Limit 1)
    Facts   = @(('ConvertTo-Json alone, without fetching, takes {0:0.00} × as long as with Invoke-RestMethod''s ' +
        'objects: theirs were converted while they were fetched, ours are now.') -f
            (New-RatioTarget $times @alone).Figure)
}
