# 10,000 rows to a CSV file: with -AsRow, and by hand from Invoke-RestMethod's objects.
param([int] $Runs)

$notion = Start-Notion
Connect-Notion
$headers = Get-RestHeader
$path = "data_sources/$($notion.SourceId)/query"
$uri = "$($notion.BaseUri)v1/$path"
$folder = New-Item -ItemType Directory -Path (Join-Path ([IO.Path]::GetTempPath()) ([guid]::NewGuid()))
$file = Join-Path $folder 'rows.csv'

try {
    $times = Measure-Peer -Runs $Runs -Peers ([ordered]@{
            'NotionAuth -AsRow'          = {
                param($r)
                Invoke-NotionRequest $path -Method POST -All -AsRow | Export-Csv $file -NoTypeInformation
                $r.Csv = $file
            }
            'Invoke-RestMethod, by hand' = {
                param($r)
                Get-RestList $uri $headers | ForEach-Object {
                    $p = $_.properties
                    [pscustomobject]@{
                        Id     = $_.id
                        Url    = $_.url
                        Name   = -join $p.Name.title.plain_text
                        Status = $p.Status.status.name
                        Points = $p.Points.number
                        Urgent = $p.Urgent.checkbox
                        Tags   = $p.Tags.multi_select.name -join ', '
                        Due    = $p.Due.date.start
                        Link   = $p.Link.url
                    }
                } | Export-Csv $file -NoTypeInformation
                $r.Csv = $file
            }
        }) -Check {
        param($name, $r)
        if ($r['Csv']) { $r.Titles = @((Import-Csv $r.Csv).Name) }
        Assert-Title $name $r.Titles.Count (Get-TitleSum $r.Titles)
    }
}
finally { Remove-Item -LiteralPath $folder -Recurse -Force -ErrorAction Ignore }
@{
    Times   = $times
    Targets = @(New-RatioTarget $times -Of 'NotionAuth -AsRow' -By 'Invoke-RestMethod, by hand' -Limit 0.5)
}
