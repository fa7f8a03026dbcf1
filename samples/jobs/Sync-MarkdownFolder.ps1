<#
.SYNOPSIS
Mirrors a folder of Markdown files as pages below a page: a page for each file, with the file's name as its title.
#>
param([Parameter(Mandatory)] [string] $Folder, [Parameter(Mandatory)] [string] $ParentId)

$ErrorActionPreference = 'Stop'
$pages = @{}
Invoke-NotionRequest "blocks/$ParentId/children" -All | Where-Object type -EQ child_page |
    ForEach-Object { $pages[$_.child_page.title] = $_.id }
foreach ($file in Get-ChildItem -LiteralPath $Folder -Filter *.md) {
    $text = Get-Content -LiteralPath $file.FullName -Raw
    if ($id = $pages[$file.BaseName]) {
        $change = @{ type = 'replace_content'; replace_content = @{ new_str = $text } }
        $null = Invoke-NotionRequest "pages/$id/markdown" -Method PATCH -Body $change
    }
    else {
        $title = @{ title = @(@{ text = @{ content = $file.BaseName } }) }
        $page = @{ parent = @{ page_id = $ParentId }; properties = @{ title = $title }; markdown = $text }
        $null = Invoke-NotionRequest pages -Method POST -Body $page
    }
}
