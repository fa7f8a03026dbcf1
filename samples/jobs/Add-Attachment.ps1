<#
.SYNOPSIS
Uploads files and puts them at the end of a page, in their order.
#>
param([Parameter(Mandatory)] [string] $PageId, [Parameter(Mandatory)] [string[]] $Path)

$ErrorActionPreference = 'Stop'
$uploads = Get-Item -LiteralPath $Path | Invoke-NotionRequest file_uploads -InFile { $_.FullName }
$null = Invoke-NotionRequest "blocks/$PageId/children" -Method PATCH -Body @{
    children = @(
        foreach ($upload in $uploads) {
            @{ type = 'file'; file = @{ type = 'file_upload'; file_upload = @{ id = $upload.id } } }
        }
    )
}
