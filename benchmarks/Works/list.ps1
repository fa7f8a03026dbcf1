# 100 pages of 100 results, a page object of 3 KB each: into an array, as text, and with the title of each read.
param([int] $Runs)

$notion = Start-Notion
Connect-Notion
Start-Sdk
$bare = New-BareClient
$headers = Get-RestHeader
$path = "data_sources/$($notion.SourceId)/query"
$uri = "$($notion.BaseUri)v1/$path"

$times = Measure-Peer -Runs $Runs -Peers ([ordered]@{
        'NotionAuth'        = { param($r) $r.Items = @(Invoke-NotionRequest $path -Method POST -All) }
        'NotionAuth -Raw'   = { param($r) $r.Raw = @(Invoke-NotionRequest $path -Method POST -All -Raw) }
        'NotionAuth, titles' = {
            param($r)
            $r.Titles = @(
                foreach ($page in Invoke-NotionRequest $path -Method POST -All) {
                    $page.properties.Name.title[0].plain_text
                }
            )
        }
        'the SDK'           = {
            param($r)
            $reply = Invoke-Sdk @{ work = 'list' }
            $r.Ms = $reply.ms
            $r.Count = $reply.items
            $r.Sum = $reply.titles
        }
        'the SDK, titles'   = {
            param($r)
            $reply = Invoke-Sdk @{ work = 'titles' }
            $r.Ms = $reply.ms
            $r.Count = $reply.items
            $r.Sum = $reply.titles
        }
        'the floor'         = { param($r) $r.Count = $bare.Collect("v1/$path") }
        'Invoke-RestMethod' = { param($r) $r.Items = @(Get-RestList $uri $headers) }
    }) -Check {
    param($name, $r)
    if ($r['Raw']) { $r.Items = @($r.Raw | ConvertFrom-Json) }
    if ($r['Items']) { $r.Titles = @(foreach ($page in $r.Items) { $page.properties.Name.title[0].plain_text }) }
    if ($r['Titles']) { $r.Count = $r.Titles.Count; $r.Sum = Get-TitleSum $r.Titles }
    Assert-Title $name $r['Count'] $r['Sum']
}
@{
    Times   = $times
    Targets = @(
        New-RatioTarget $times -By 'Invoke-RestMethod' -Limit 0.06
        New-RatioTarget $times -By 'the SDK' -Limit 0.7
        New-RatioTarget $times -By 'the floor' -Limit 1.3
        $text = 'with the title of each read: 1.2 × the SDK doing the same'
        New-RatioTarget $times -Of 'NotionAuth, titles' -By 'the SDK, titles' -Limit 1.2 -Text $text
        New-RatioTarget $times -Of 'NotionAuth -Raw' -By 'the floor' -Limit 1.2 -Text 'as -Raw: 1.2 × the floor'
    )
}
