<#
.SYNOPSIS
Writes every page that the integration sees as Markdown, and every data source with its rows as JSON.
#>
param([Parameter(Mandatory)] [string] $Folder, [int] $ThrottleLimit = 4)

$ErrorActionPreference = 'Stop'
$null = New-Item -ItemType Directory -Path $Folder -Force
$found = Invoke-NotionRequest search -All
$found | Where-Object object -EQ page |
    Invoke-NotionRequest -Path { "pages/$($_.id)/markdown" } -ThrottleLimit $ThrottleLimit |
    ForEach-Object { Set-Content -LiteralPath (Join-Path $Folder "$($_.id).md") -Value $_.markdown -Encoding utf8 }
foreach ($source in $found | Where-Object object -EQ data_source) {
    Invoke-NotionRequest "data_sources/$($source.id)/query" -All | ConvertTo-Json -Depth 100 |
        Set-Content -LiteralPath (Join-Path $Folder "$($source.id).json") -Encoding utf8
}
