<#
.SYNOPSIS
Writes a line into today's page below a page, and makes today's page if it isn't there yet.
#>
param([Parameter(Mandatory)] [string] $ParentId, [Parameter(Mandatory)] [string] $Message)

$ErrorActionPreference = 'Stop'
$today = Get-Date -Format yyyy-MM-dd
$id = Invoke-NotionRequest "blocks/$ParentId/children" -All |
    Where-Object { $_.type -eq 'child_page' -and $_.child_page.title -eq $today } |
    Select-Object -First 1 -ExpandProperty id
if (-not $id) {
    $title = @{ title = @(@{ text = @{ content = $today } }) }
    $id = (Invoke-NotionRequest pages -Method POST -Body @{
            parent = @{ page_id = $ParentId }; properties = @{ title = $title }
        }).id
}

$line = @{ rich_text = @(@{ text = @{ content = "$(Get-Date -Format HH:mm) $Message" } }) }
$null = Invoke-NotionRequest "blocks/$id/children" -Method PATCH -Body @{
    children = @(@{ type = 'bulleted_list_item'; bulleted_list_item = $line })
}
